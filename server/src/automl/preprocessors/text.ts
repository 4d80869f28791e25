import { ColumnKind } from '../types.ts'
import { chain, type Preprocessor } from './preprocessor.ts'

const mostWords = 200

/** Free text: the weights of its commonest words. */
export const text: Preprocessor = {
  kind: ColumnKind.Text,
  title: 'Text',
  oneByOne: true,
  source: () => {
    const { expression, imports } = chain([
      {
        expression: 'FunctionTransformer(fill_text)',
        imports: ['from sklearn.preprocessing import FunctionTransformer'],
      },
      {
        expression: `TfidfVectorizer(max_features=${mostWords}, min_df=5, sublinear_tf=True)`,
        imports: ['from sklearn.feature_extraction.text import TfidfVectorizer'],
      },
    ])
    return {
      imports,
      lines: ['def fill_text(column):', '    return column.fillna("").astype(str)'],
      transformer: expression,
      says: `become the weights of their ${mostWords} commonest words`,
    }
  },
}
