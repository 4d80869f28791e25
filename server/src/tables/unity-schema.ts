import { Type } from 'typebox'

const page = {
  max_results: Type.Optional(
    Type.Integer({
      minimum: 0,
      description: 'Most entries of a page; 0 or absent: the server decides.',
    }),
  ),
  page_token: Type.Optional(Type.String({ description: 'Where the last page ended.' })),
  include_browse: Type.Optional(Type.Boolean({ description: 'Accepted; everyone may browse.' })),
}

export const CatalogsQuery = Type.Object(
  {
    ...page,
    include_unbound: Type.Optional(Type.Boolean({ description: 'Accepted; none is unbound.' })),
  },
  { additionalProperties: false },
)

export const SchemasQuery = Type.Object(
  { ...page, catalog_name: Type.String({ description: 'The only catalog is `main`.' }) },
  { additionalProperties: false },
)

export const TablesQuery = Type.Object(
  {
    ...page,
    catalog_name: Type.String({ description: 'The only catalog is `main`.' }),
    schema_name: Type.String({ description: 'Schema whose tables are asked for.' }),
    omit_columns: Type.Optional(Type.Boolean({ description: 'Leaves the columns out.' })),
    omit_properties: Type.Optional(Type.Boolean({ description: 'Leaves the properties out.' })),
    omit_username: Type.Optional(Type.Boolean({ description: 'Leaves the user names out.' })),
    include_delta_metadata: Type.Optional(Type.Boolean({ description: 'Accepted; adds nothing.' })),
    include_manifest_capabilities: Type.Optional(
      Type.Boolean({ description: 'Accepted; adds nothing.' }),
    ),
  },
  { additionalProperties: false },
)

export const GetQuery = Type.Object(
  {
    include_browse: Type.Optional(Type.Boolean({ description: 'Accepted; everyone may browse.' })),
    include_delta_metadata: Type.Optional(Type.Boolean({ description: 'Accepted; adds nothing.' })),
    include_manifest_capabilities: Type.Optional(
      Type.Boolean({ description: 'Accepted; adds nothing.' }),
    ),
  },
  { additionalProperties: false },
)

export const NameParams = Type.Object({
  full_name: Type.String({ description: 'Name with catalog and, for a table, schema.' }),
})

export const CreateSchemaRequest = Type.Object(
  {
    name: Type.String({ minLength: 1, description: 'Name of the schema, without catalog.' }),
    catalog_name: Type.String({ description: 'The only catalog is `main`.' }),
    comment: Type.Optional(Type.String({ description: 'What the schema is for.' })),
  },
  { additionalProperties: false },
)
