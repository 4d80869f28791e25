import { describe, expect, it } from 'vitest'
import { decideRight } from './decide-right.ts'
import type { TransitionRequest } from './wire.ts'

const request: TransitionRequest = {
  name: 'churn',
  version: '8',
  stage: 'Production',
  creator: 'pipeline',
  approvers: ['ann', 'bob'],
  expires_at: 1000,
}

describe('decideRight', () => {
  it('lets a named approver decide', () => {
    expect(decideRight(request, 'ann', 10)).toMatchObject({ may: true, refusal: undefined })
  })

  it('never lets the requester approve, even one named as approver', () => {
    const mine = { ...request, creator: 'ann' }
    expect(decideRight(mine, 'ann', 10).refusal).toMatch(/someone else/)
  })

  it('names the approvers to anyone else', () => {
    expect(decideRight(request, 'eve', 10).refusal).toMatch(/only ann, bob/)
  })

  it('says when a request has expired', () => {
    expect(decideRight(request, 'ann', 1000).refusal).toMatch(/expired/)
  })

  it('lets anyone but the requester decide when all may', () => {
    expect(decideRight({ ...request, approvers: ['*'] }, 'eve', 10).may).toBe(true)
  })
})
