/** The query builder; the only file that knows which one it is. */
import { explorerPlugin } from '@graphiql/plugin-explorer'
import '@graphiql/plugin-explorer/style.css'

export const builderPlugin = explorerPlugin()
