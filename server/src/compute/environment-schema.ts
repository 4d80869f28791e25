import { basename } from 'node:path'
import { Type, type Static } from 'typebox'
import type { EnvironmentPosition, EnvironmentRecord } from './environment-store.ts'

export const ListEnvironmentsQuery = Type.Object(
  {
    limit: Type.Integer({
      minimum: 1,
      maximum: 1000,
      default: 100,
      description: 'Most to return.',
    }),
    page_token: Type.Optional(
      Type.String({
        pattern: '^\\d+\\.\\w+$',
        description: 'The next_page_token of the page before.',
      }),
    ),
  },
  { additionalProperties: false },
)

export const EnvironmentParams = Type.Object({
  hash: Type.String({ minLength: 1, description: 'What names the environment.' }),
})

export const EnvironmentSummary = Type.Object({
  hash: Type.String({
    description: 'SHA-256 of the lock, Python version and platform, shortened.',
  }),
  requirements: Type.Array(Type.String(), { description: 'What was asked for.' }),
  python_version: Type.String({ description: 'For example 3.12.4.' }),
  state: Type.String({ description: 'BUILDING, READY or FAILED.' }),
  error: Type.Optional(Type.String({ description: 'Why it could not be built.' })),
  package_count: Type.Integer({ description: 'Packages in the lock.' }),
  size_bytes: Type.Optional(Type.Integer({ description: 'On disk, once it is READY.' })),
  created_at: Type.Integer({ description: 'First asked for, epoch milliseconds.' }),
  ready_at: Type.Optional(Type.Integer({ description: 'Built, epoch milliseconds.' })),
})
export type EnvironmentSummary = Static<typeof EnvironmentSummary>

export const EnvironmentDetail = Type.Intersect([
  EnvironmentSummary,
  Type.Object({
    lock: Type.String({ description: 'Every package with its exact version, one a line.' }),
  }),
])
export type EnvironmentDetail = Static<typeof EnvironmentDetail>

export const EnvironmentPage = Type.Object({
  environments: Type.Array(EnvironmentSummary, { description: 'Newest first.' }),
  next_page_token: Type.Optional(Type.String({ description: 'Absent on the last page.' })),
})

export function toEnvironmentSummary(record: EnvironmentRecord): EnvironmentSummary {
  return {
    hash: record.hash,
    requirements: record.requirements.map(shortRequirement),
    python_version: record.pythonVersion,
    state: record.state,
    ...(record.error === undefined ? {} : { error: record.error }),
    package_count: record.lock.split('\n').filter((line) => /^[^#\s]/.test(line)).length,
    ...(record.sizeBytes === undefined ? {} : { size_bytes: record.sizeBytes }),
    created_at: record.createdAt.getTime(),
    ...(record.readyAt === undefined ? {} : { ready_at: record.readyAt.getTime() }),
  }
}

export function toPageToken(record: EnvironmentRecord): string {
  return `${record.createdAt.getTime()}.${record.hash}`
}

export function parsePageToken(token: string): EnvironmentPosition {
  const [createdAt = '', hash = ''] = token.split('.')
  return { createdAt: Number(createdAt), hash }
}

/** A local file is named without the folder that it is kept in. */
function shortRequirement(requirement: string): string {
  return requirement.startsWith('/') ? basename(requirement) : requirement
}
