/**
 * The Playground: GraphiQL under our name, with the saved questions, a query builder, a switch of
 * identities, the systems that answered and the answer as a table. Asks this origin only.
 */
import { GraphiQL } from 'graphiql'
import 'graphiql/style.css'
import { createRoot } from 'react-dom/client'
import { fetcher } from './answers.ts'
import { builderPlugin } from './builder.ts'
import { firstIdentity, Identity } from './identity.tsx'
import logo from './logo.svg'
import { questionsPlugin } from './questions.tsx'
import { Result } from './result.tsx'
import { loadQuestions } from './saved.ts'
import { loadConfig, switchTo, type PageConfig } from './session.ts'
import './style.css'

// Set before the editors are made: Monaco asks for its workers here.
Object.assign(globalThis, {
  MonacoEnvironment: {
    getWorker: (_: string, label: string) =>
      new Worker(workerAddresses[label] ?? workerAddresses['editor'] ?? ''),
  },
})

async function start(root: HTMLElement): Promise<void> {
  try {
    const config = await loadConfig()
    if (config.mode === 'demo') {
      await switchTo(firstIdentity)
      await loadQuestions()
    }
    render(root, config)
  } catch (error) {
    root.className = 'isthmus-stopped'
    root.textContent = `The Playground did not start: ${error instanceof Error ? error.message : String(error)}`
  }
}

function render(root: HTMLElement, config: PageConfig): void {
  createRoot(root).render(
    <GraphiQL
      fetcher={fetcher}
      plugins={[questionsPlugin, builderPlugin]}
      visiblePlugin={questionsPlugin}
      shouldPersistHeaders={false}
      showPersistHeadersSettings={false}
      isHeadersEditorEnabled={false}
      defaultQuery=""
      defaultEditorToolsVisibility="variables"
    >
      <GraphiQL.Logo>
        <a className="isthmus-brand" href="/playground">
          <img src={logo} alt="" />
          Isthmus Playground
        </a>
        <Identity config={config} />
      </GraphiQL.Logo>
      <GraphiQL.Footer>
        <Result />
      </GraphiQL.Footer>
    </GraphiQL>,
  )
}

const root = document.getElementById('playground')
if (root !== null) void start(root)
