import { Type } from 'typebox'
import type { RoutePlugin } from '../core/index.ts'
import { readOnline } from './online-service.ts'
import { CreateTrainingSetRequest, CreateViewRequest, ReadOnlineRequest } from './schema.ts'
import { createTrainingSet } from './training-set-service.ts'
import type { View } from './types.ts'
import { createView, describeFeatures, getView } from './view-service.ts'
import { listViews } from './view-store.ts'

const prefix = '/api/millrace/1.0/features'
const one = Type.Object({ name: Type.String({ description: 'Of the view.' }) })
const page = Type.Object({
  after: Type.String({ default: '', description: 'Only views after this name.' }),
  limit: Type.Integer({ minimum: 1, maximum: 1000, default: 100 }),
})

/** Views, training sets and online reads. */
export const featuresRoutes: RoutePlugin = async (app) => {
  app.post(`${prefix}/views`, { schema: { body: CreateViewRequest } }, async (request) => {
    const view = await createView(request.ctx, request.body)
    return { ...encodeView(view), columns: await describeFeatures(request.ctx, view) }
  })

  app.get(`${prefix}/views`, { schema: { querystring: page } }, async (request) => {
    const { after, limit } = request.query
    const views = await listViews(request.ctx.db, after, limit)
    return { views: views.map(encodeView) }
  })

  app.get(`${prefix}/views/:name`, { schema: { params: one } }, async (request) => {
    const view = await getView(request.ctx, request.params.name)
    return { ...encodeView(view), columns: await describeFeatures(request.ctx, view) }
  })

  const create = { schema: { body: CreateTrainingSetRequest } }
  app.post(`${prefix}/training-sets`, create, async (request) => {
    const { body } = request
    const set = await createTrainingSet(request.ctx, {
      name: body.name,
      spine: body.spine,
      eventTime: body.event_time,
      views: body.views.map((use) => (typeof use === 'string' ? { view: use } : use)),
      clock: body.clock,
      output: body.output,
      pin: body.pin ?? {},
      overwrite: body.overwrite,
    })
    const { rowsAffected, columns } = set.leakReport
    return {
      table: set.table,
      version: set.version,
      rows: set.rows,
      columns: set.columns,
      sources: set.sources,
      leak_report: { rows_affected: rowsAffected, columns },
    }
  })

  app.post(`${prefix}/online/read`, { schema: { body: ReadOnlineRequest } }, async (request) => {
    const { view, keys, at } = request.body
    const when = at === undefined ? {} : { at: new Date(at) }
    const answer = await readOnline(request.ctx, { view, keys, ...when })
    return { columns: answer.columns, rows: answer.rows, as_of: answer.asOf }
  })
}

function encodeView(view: View): Record<string, unknown> {
  return {
    name: view.definition.name,
    version: view.version,
    definition: view.definition,
    creator: view.creator,
    created_at: view.createdAt.getTime(),
  }
}
