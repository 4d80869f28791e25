import { expect, test } from 'vitest'
import { hasPackages, parseRequirements, satisfies } from './model-environment.ts'

test('reads requirements, without comments and without a server', () => {
  const text = '# made by MLflow\nmlflow==3.17.2\n\nscikit-learn==1.9.1  # pinned\nmlflow-skinny\n'
  expect(parseRequirements(text)).toEqual([
    'mlflow-skinny==3.17.2',
    'scikit-learn==1.9.1',
    'mlflow-skinny',
  ])
})

test('an environment fits when it has exactly what is pinned', () => {
  const lock = 'scikit-learn==1.9.1\nXGBoost.cpu==3.2.0 ; python_version >= "3.10"\n'
  expect(satisfies(lock, ['scikit_learn==1.9.1', 'xgboost-cpu==3.2.0'])).toBe(true)
  expect(satisfies(lock, ['scikit-learn==1.9.0'])).toBe(false)
  expect(satisfies(lock, ['scikit-learn>=1.9'])).toBe(false)
  expect(satisfies(lock, ['pandas==3.1.1'])).toBe(false)
  expect(hasPackages(lock, ["scikit-learn==0.1 ; python_version < '3.11'", 'xgboost_cpu'])).toBe(
    true,
  )
  expect(hasPackages(lock, ['pandas'])).toBe(false)
})
