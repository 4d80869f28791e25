import type { RoutePlugin } from '../core/index.ts'

/** Every route of the room. */
export const workspaceRoutes: RoutePlugin = async () => {}
