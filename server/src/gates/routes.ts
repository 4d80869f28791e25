import type { RoutePlugin } from '../core/index.ts'

/** Every route of the room. */
export const gatesRoutes: RoutePlugin = async () => {}
