/** The query builder: fields are ticked instead of typed. The only file that knows which one it is. */
import { explorerPlugin } from '@graphiql/plugin-explorer'
import '@graphiql/plugin-explorer/style.css'

export const builderPlugin = {
  ...explorerPlugin({ showAttribution: false }),
  title: 'Query builder',
}
