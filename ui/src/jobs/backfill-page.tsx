import type { ReactNode } from 'react'
import { Page } from '../kit/page.tsx'

export function BackfillPage(): ReactNode {
  return <Page title="Backfill">…</Page>
}
