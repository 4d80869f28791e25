import { useEffect, useRef, useState, type ReactNode } from 'react'
import { IconButton } from './button.tsx'
import { downloadSvg, type LegendEntry } from './chart-image.ts'
import { sayFailed } from './toast.tsx'
import styles from './chart-frame.module.css'

/**
 * A drawing as wide as its place, so that its texts have the size of the page's, and a button that
 * downloads it. Narrower than `least` it scrolls.
 */
export function ChartFrame({
  title,
  least,
  legend = [],
  children,
}: {
  readonly title: string
  /** In pixels. */
  readonly least: number
  readonly legend?: readonly LegendEntry[]
  /** The `svg`, given its width in pixels. */
  readonly children: (width: number) => ReactNode
}): ReactNode {
  const frame = useRef<HTMLDivElement>(null)
  const [width, setWidth] = useState(0)

  // How wide the window leaves it is known only to the browser.
  useEffect(() => {
    const element = frame.current
    if (element === null) return undefined
    const observer = new ResizeObserver(() => setWidth(element.clientWidth))
    observer.observe(element)
    return () => observer.disconnect()
  }, [])

  const download = () => {
    const svg = frame.current?.querySelector('svg')
    if (svg === null || svg === undefined) return
    downloadSvg(svg, title, legend).catch((error: unknown) => sayFailed('draw the image', error))
  }
  return (
    <div className={styles['card']}>
      <div className={styles['head']}>
        <span className={styles['title']}>{title}</span>
        <IconButton icon="image" small label={`Download ${title} as PNG`} onClick={download} />
      </div>
      <div ref={frame} className={styles['frame']} role="group" aria-label={title} tabIndex={0}>
        {width > 0 && children(Math.max(least, width))}
      </div>
    </div>
  )
}
