import { useEffect, useEffectEvent, useRef, useState, type ReactNode } from 'react'

/**
 * Shows HTML that a user uploaded. The frame has an origin of its own and the server's sandbox page
 * allows it no network, so a script in it can reach neither this page nor the API.
 */
export function SandboxFrame({
  html,
  title,
  height = 480,
  fit = false,
}: {
  readonly html: string
  readonly title: string
  readonly height?: number
  /** Takes the height of its content, up to `height`. */
  readonly fit?: boolean
}): ReactNode {
  const frame = useRef<HTMLIFrameElement>(null)
  const [content, setContent] = useState<number>()
  const onMessage = useEffectEvent((message: MessageEvent) => {
    if (message.source !== frame.current?.contentWindow) return
    const data = message.data as { readonly ready?: boolean; readonly height?: number }
    if (data.ready === true) frame.current?.contentWindow?.postMessage({ html }, '*')
    if (typeof data.height === 'number') setContent(data.height)
  })
  // The frame speaks by messages.
  useEffect(() => {
    window.addEventListener('message', onMessage)
    return () => window.removeEventListener('message', onMessage)
  }, [])
  const shown = fit && content !== undefined ? Math.min(height, content + 4) : height
  return (
    <iframe
      key={html}
      ref={frame}
      src="/sandbox.html"
      sandbox="allow-scripts"
      title={title}
      style={{ width: '100%', height: shown, border: 0, background: '#fff', borderRadius: 4 }}
    />
  )
}
