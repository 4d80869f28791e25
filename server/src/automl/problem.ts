export const Problem = { Classification: 'classification', Regression: 'regression' } as const
export type Problem = (typeof Problem)[keyof typeof Problem]
