import {
  useMutation,
  useQuery,
  useQueryClient,
  type UseMutationResult,
  type UseQueryResult,
} from '@tanstack/react-query'
import { requestJson } from '../api/http.ts'
import { sayDone, sayFailed } from '../kit/toast.tsx'

/** Times are epoch milliseconds. */
export interface Webhook {
  readonly id: string
  readonly dialect: string
  readonly name?: string
  readonly description?: string
  readonly status: string
  readonly model_name: string | null
  readonly events: readonly string[]
  readonly url?: string
  readonly job_id?: string | number
  readonly creator?: string
  readonly created_at: number
}

export interface Delivery {
  readonly id: string
  readonly event: string
  readonly state: string
  readonly tries: number
  readonly body: string
  readonly last_status: number | null
  readonly last_outcome: string | null
  readonly created_at: number
  readonly next_try_at: number
  readonly finished_at: number | null
}

const base = '/api/millrace/1.0/webhooks'

/** The subscriptions of both dialects. */
export function useWebhooks(): UseQueryResult<readonly Webhook[]> {
  return useQuery({
    queryKey: ['webhooks', 'list'],
    queryFn: async ({ signal }) => {
      const answer = await requestJson<{ webhooks?: readonly Webhook[] }>(base, { signal })
      return answer.webhooks ?? []
    },
  })
}

/** What was sent for a subscription, newest first. */
export function useDeliveries(webhookId: string): UseQueryResult<readonly Delivery[]> {
  return useQuery({
    queryKey: ['webhooks', 'deliveries', webhookId],
    refetchInterval: 10_000,
    queryFn: async ({ signal }) => {
      const answer = await requestJson<{ deliveries?: readonly Delivery[] }>(
        `${base}/${webhookId}/deliveries`,
        { query: { limit: 500 }, signal },
      )
      return answer.deliveries ?? []
    },
  })
}

export interface Redelivery {
  readonly webhook: Webhook
  readonly deliveryId: string
}

/** Sends a delivery again. */
export function useRedeliver(): UseMutationResult<unknown, Error, Redelivery> {
  const client = useQueryClient()
  return useMutation({
    mutationFn: ({ webhook, deliveryId }: Redelivery) => {
      const path = `${base}/${webhook.dialect}/${webhook.id}/deliveries/${deliveryId}/redeliver`
      return requestJson(path, { method: 'POST' })
    },
    onSuccess: () => sayDone('It is sent again'),
    onError: (error) => sayFailed('send it again', error),
    onSettled: () => void client.invalidateQueries({ queryKey: ['webhooks'] }),
  })
}
