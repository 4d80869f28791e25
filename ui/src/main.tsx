import { QueryClient, QueryClientProvider } from '@tanstack/react-query'
import { RouterProvider } from '@tanstack/react-router'
import { StrictMode } from 'react'
import { createRoot } from 'react-dom/client'
import { ApiError } from './api/http.ts'
import { startLive } from './api/live.ts'
import { invalidateOnEvents } from './app/invalidate.ts'
import { pathOfHash } from './app/hash-links.ts'
import { router } from './app/router.tsx'
import { Toasts } from './kit/toast.tsx'
import './kit/tokens.css'
import './kit/base.css'

const hashPath = pathOfHash(location.hash)
if (hashPath !== undefined) history.replaceState(null, '', hashPath)

const queries = new QueryClient({
  defaultOptions: {
    queries: {
      staleTime: 15_000,
      retry: (count, error) =>
        count < 2 && error instanceof ApiError && (error.status === 0 || error.status >= 502),
    },
  },
})
startLive()
invalidateOnEvents(queries)

// Every page brings its own title.
document.querySelector('title')?.remove()

const element = document.getElementById('root')
if (element === null) throw new Error('index.html has no #root')
createRoot(element).render(
  <StrictMode>
    <QueryClientProvider client={queries}>
      <RouterProvider router={router} />
      <Toasts />
    </QueryClientProvider>
  </StrictMode>,
)
