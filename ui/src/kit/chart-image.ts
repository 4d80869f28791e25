/** Charts as PNG files: drawn on the page's own background, twice as fine as the screen. */

const fineness = 2
const margin = 12
const titleHeight = 28
const legendHeight = 20

export interface LegendEntry {
  readonly label: string
  readonly colour: string
}

function token(name: string): string {
  return getComputedStyle(document.documentElement).getPropertyValue(name).trim()
}

/** A colour as the canvas needs it: `var(--series-1)` is looked up. */
function plainColour(colour: string): string {
  const name = /^var\((--[\w-]+)\)$/.exec(colour)?.[1]
  return name === undefined ? colour : token(name)
}

function save(canvas: HTMLCanvasElement, name: string): void {
  canvas.toBlob((blob) => {
    if (blob === null) return
    const url = URL.createObjectURL(blob)
    const link = document.createElement('a')
    link.href = url
    link.download = `${name.replaceAll(/[^\w.-]+/g, '_')}.png`
    link.click()
    setTimeout(() => URL.revokeObjectURL(url), 1000)
  })
}

interface Picture {
  readonly source: CanvasImageSource
  readonly width: number
  readonly height: number
  readonly title: string
  readonly legend: readonly LegendEntry[]
}

/** Title, picture and legend on one canvas. */
function compose({ source, width, height, title, legend }: Picture): HTMLCanvasElement {
  const canvas = document.createElement('canvas')
  const whole = width + 2 * margin
  const tall = titleHeight + height + legend.length * legendHeight + 2 * margin
  canvas.width = whole * fineness
  canvas.height = tall * fineness
  const context = canvas.getContext('2d')
  if (context === null) return canvas
  context.scale(fineness, fineness)
  context.fillStyle = token('--surface')
  context.fillRect(0, 0, whole, tall)
  context.textBaseline = 'middle'
  context.fillStyle = token('--text')
  context.font = '600 14px system-ui, sans-serif'
  context.fillText(title, margin, margin + titleHeight / 2 - 4)
  context.drawImage(source, margin, margin + titleHeight, width, height)
  context.font = '12px system-ui, sans-serif'
  legend.forEach((entry, index) => {
    const y = margin + titleHeight + height + (index + 0.5) * legendHeight
    context.fillStyle = plainColour(entry.colour)
    context.fillRect(margin, y - 5, 10, 10)
    context.fillStyle = token('--text')
    context.fillText(entry.label, margin + 18, y)
  })
  return canvas
}

/** Offers the canvas of a line chart as a PNG with its title and legend. */
export function downloadCanvas(
  canvas: HTMLCanvasElement,
  title: string,
  legend: readonly LegendEntry[],
): void {
  const { clientWidth: width, clientHeight: height } = canvas
  save(compose({ source: canvas, width, height, title, legend }), title)
}

const inherited = [
  'fill',
  'stroke',
  'stroke-width',
  'opacity',
  'font-size',
  'font-weight',
  'font-family',
  'text-anchor',
  'paint-order',
] as const

/** Offers a drawing as a PNG. An image knows no style sheet, so styles are written into a copy. */
export async function downloadSvg(
  svg: SVGSVGElement,
  title: string,
  legend: readonly LegendEntry[],
): Promise<void> {
  const { width, height } = svg.getBoundingClientRect()
  const copy = svg.cloneNode(true) as SVGSVGElement
  const originals = svg.querySelectorAll('*')
  copy.querySelectorAll<SVGElement>('*').forEach((element, index) => {
    const original = originals[index]
    if (original === undefined) return
    const styles = getComputedStyle(original)
    for (const name of inherited) element.style.setProperty(name, styles.getPropertyValue(name))
  })
  copy.setAttribute('xmlns', 'http://www.w3.org/2000/svg')
  copy.setAttribute('width', String(width * fineness))
  copy.setAttribute('height', String(height * fineness))
  const image = new Image()
  const text = new XMLSerializer().serializeToString(copy)
  image.src = `data:image/svg+xml;charset=utf-8,${encodeURIComponent(text)}`
  await image.decode()
  save(compose({ source: image, width, height, title, legend }), title)
}
