import { lazy, Suspense, type ReactNode } from 'react'
import type { GraphProps } from './graph.tsx'
import { SkeletonBlock } from './states.tsx'

const Graph = lazy(async () => {
  const { Graph: component } = await import('./graph.tsx')
  return { default: component }
})

/** A graph whose drawing library is loaded when the first one is shown. */
export function LazyGraph(props: GraphProps): ReactNode {
  return (
    <Suspense fallback={<SkeletonBlock height={props.height ?? 320} />}>
      <Graph {...props} />
    </Suspense>
  )
}
