/**
 * The Playground: GraphiQL under our name, with the saved questions, a query builder, a switch of
 * identities and the systems that answered. Asks this origin only.
 */
import { GraphiQL } from 'graphiql'
import 'graphiql/style.css'
import { createRoot } from 'react-dom/client'
import { builderPlugin } from './builder.ts'
import { firstIdentity, Identity } from './identity.tsx'
import { questionsPlugin } from './questions.tsx'
import { ask, loadConfig, switchTo, type PageConfig } from './session.ts'
import './style.css'
import { systemsPlugin } from './systems.tsx'

const workers: Readonly<Record<string, string>> = {
  graphql: '/playground/assets/graphql.worker.js',
  json: '/playground/assets/json.worker.js',
}

// Set before the editors are made: Monaco asks for its workers here.
Object.assign(globalThis, {
  MonacoEnvironment: {
    getWorker: (_: string, label: string) =>
      new Worker(workers[label] ?? '/playground/assets/editor.worker.js'),
  },
})

function Playground({ config }: { config: PageConfig }) {
  const questions = questionsPlugin(config.questions)
  return (
    <GraphiQL
      fetcher={(params, options) => ask(params, options?.headers ?? {})}
      plugins={[questions, builderPlugin, systemsPlugin]}
      visiblePlugin={questions}
      shouldPersistHeaders={false}
      defaultQuery=""
      defaultEditorToolsVisibility="variables"
    >
      <GraphiQL.Logo>
        <a className="isthmus-logo" href="/playground">
          <svg viewBox="0 0 32 20" aria-hidden="true">
            <circle cx="5" cy="10" r="5" />
            <circle cx="27" cy="10" r="5" />
            <rect x="5" y="8" width="22" height="4" />
          </svg>
          Isthmus Playground
        </a>
        <Identity {...config} />
      </GraphiQL.Logo>
    </GraphiQL>
  )
}

async function start(): Promise<void> {
  const config = await loadConfig()
  if (config.mode === 'demo') await switchTo(firstIdentity)
  const element = document.getElementById('playground')
  if (element !== null) createRoot(element).render(<Playground config={config} />)
}

void start()
