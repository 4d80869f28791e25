import { useState } from 'react'

const key = 'millrace.looked'
const firstVisitMs = 7 * 86_400_000

/** When this browser's user last said that they had seen the failures. Epoch milliseconds. */
export function useLastLook(): { readonly since: number; readonly look: () => void } {
  const [since, setSince] = useState(
    () =>
      Number(localStorage.getItem(key)) || Math.floor(Date.now() / 60_000) * 60_000 - firstVisitMs,
  )
  const look = () => {
    const now = Date.now()
    localStorage.setItem(key, String(now))
    setSince(now)
  }
  return { since, look }
}
