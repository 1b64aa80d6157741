/** The left pane: the saved questions by theme; each opens in a tab, ready to run. */
import { useGraphiQL, useGraphiQLActions, type GraphiQLPlugin } from '@graphiql/react'
import type { SavedQuestion } from './session.ts'

export function questionsPlugin(questions: readonly SavedQuestion[]): GraphiQLPlugin {
  const themes = Map.groupBy(questions, ({ theme }) => theme)
  return {
    title: 'Questions',
    icon: () => (
      <svg
        viewBox="0 0 24 24"
        fill="none"
        stroke="currentColor"
        strokeWidth="1.5"
        aria-hidden="true"
      >
        <path d="M4 5h16M4 10h16M4 15h10M4 20h7" strokeLinecap="round" />
      </svg>
    ),
    content: () => (
      <div className="isthmus-pane">
        <div className="graphiql-doc-explorer-title">Questions</div>
        {[...themes].map(([theme, ofTheme]) => (
          <section key={theme}>
            <h3>{theme}</h3>
            <ul>
              {ofTheme.map((question) => (
                <QuestionLink key={question.name} question={question} />
              ))}
            </ul>
          </section>
        ))}
      </div>
    ),
  }
}

function QuestionLink({ question }: { question: SavedQuestion }) {
  const actions = useGraphiQLActions()
  const queryEditor = useGraphiQL((state) => state.queryEditor)
  const variableEditor = useGraphiQL((state) => state.variableEditor)
  const open = () => {
    if ((queryEditor?.getValue() ?? '').trim() !== '') actions.addTab()
    queryEditor?.setValue(question.operation)
    variableEditor?.setValue(JSON.stringify(question.variables, null, 2))
  }
  return (
    <li>
      <button
        type="button"
        onClick={open}
        // The editors are loaded after the page; until then there is nowhere to put a question.
        disabled={queryEditor === undefined || variableEditor === undefined}
        data-question={question.name}
      >
        <strong>{question.title}</strong>
        <span>{question.description}</span>
      </button>
    </li>
  )
}
