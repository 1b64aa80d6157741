/** The left pane: the saved questions by theme; each opens in a tab, ready to run. */
import { useGraphiQL, useGraphiQLActions, type GraphiQLPlugin } from '@graphiql/react'
import { useSyncExternalStore } from 'react'
import { savedQuestions } from './saved.ts'
import type { SavedQuestion } from './session.ts'

export const questionsPlugin: GraphiQLPlugin = {
  title: 'Questions',
  icon: () => (
    <svg viewBox="0 0 24 24" fill="none" stroke="currentColor" strokeWidth="1.5" aria-hidden="true">
      <path d="M4 5h16M4 10h16M4 15h10M4 20h7" strokeLinecap="round" />
    </svg>
  ),
  content: Questions,
}

function Questions() {
  const questions = useSyncExternalStore(savedQuestions.subscribe, savedQuestions.current)
  const themes = Map.groupBy(questions, ({ theme }) => theme)
  const byTheme = [...themes].toSorted(([a], [b]) => a.localeCompare(b))
  return (
    <div className="isthmus-questions">
      <div className="graphiql-doc-explorer-title">Questions</div>
      {byTheme.length === 0 && (
        <p className="isthmus-hint">There are none that this caller can ask.</p>
      )}
      {byTheme.map(([theme, ofTheme]) => (
        <section key={theme}>
          <h3>{theme}</h3>
          <ul>
            {ofTheme.map((question) => (
              <QuestionButton key={question.name} question={question} />
            ))}
          </ul>
        </section>
      ))}
    </div>
  )
}

function QuestionButton({ question }: { question: SavedQuestion }) {
  const open = useOpen()
  return (
    <li>
      <button
        type="button"
        disabled={open === null}
        onClick={() => open?.(question)}
        data-question={question.name}
      >
        <strong>{question.title}</strong>
        <span>{question.description}</span>
        {question.reader !== null && <small>Full answer as {question.reader}</small>}
      </button>
    </li>
  )
}

/**
 * Opens a question: in the tab that has it already, in this one when it is empty, else in a new one.
 * Null until the editors are there, which Monaco takes a moment to load.
 */
function useOpen() {
  const actions = useGraphiQLActions()
  const tabs = useGraphiQL((state) => state.tabs)
  const queryEditor = useGraphiQL((state) => state.queryEditor)
  const variableEditor = useGraphiQL((state) => state.variableEditor)
  if (queryEditor === undefined || variableEditor === undefined) return null
  return ({ operation, variables }: SavedQuestion) => {
    const at = tabs.findIndex(({ query }) => query?.trim() === operation.trim())
    if (at !== -1) {
      actions.changeTab(at)
      return
    }
    if (queryEditor.getValue().trim() !== '') actions.addTab()
    queryEditor.setValue(operation)
    variableEditor.setValue(JSON.stringify(variables, null, 2))
  }
}
