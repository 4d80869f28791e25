import { describe, expect, it } from 'vitest'
import { decideRight } from './decide-right.ts'
import type { TransitionRequest } from './wire.ts'

const request: TransitionRequest = {
  request_id: '1',
  name: 'churn',
  version: '8',
  stage: 'Production',
  creator: 'pipeline',
  comment: '',
  state: 'open',
  created_at: 1,
  expires_at: 1000,
  protected: true,
  approvers: ['ann', 'bob'],
  you_may_decide: true,
}
const refused = { ...request, you_may_decide: false }

describe('decideRight', () => {
  it('says nothing against someone whom the server lets decide', () => {
    expect(decideRight(request, 'ann', 10)).toMatchObject({ may: true, refusal: undefined })
  })

  it('tells the requester that someone else must decide', () => {
    expect(decideRight({ ...refused, creator: 'ann' }, 'ann', 10).refusal).toMatch(/someone else/)
  })

  it('names the approvers to anyone else', () => {
    expect(decideRight(refused, 'eve', 10).refusal).toBe('You are eve; only ann, bob may decide')
  })

  it('says when a request has expired', () => {
    expect(decideRight(request, 'ann', 1000).refusal).toMatch(/expired/)
  })

  it('names no one where any person may decide', () => {
    expect(decideRight({ ...request, approvers: ['*'] }, 'eve', 10).who).toMatch(/^Any person/)
  })
})
