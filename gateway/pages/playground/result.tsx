/** Under the answer: which systems answered it, and its rows as a table. */
import { useState, useSyncExternalStore } from 'react'
import { lastAnswer } from './answers.ts'
import { savedQuestions } from './saved.ts'
import { Systems } from './systems.tsx'
import { TableView } from './table-view.tsx'

const views = ['Systems', 'Table'] as const
type View = (typeof views)[number]

export function Result() {
  const questions = useSyncExternalStore(savedQuestions.subscribe, savedQuestions.current)
  const answer = useSyncExternalStore(lastAnswer.subscribe, lastAnswer.current)
  const [shown, setShown] = useState<View | null>('Systems')
  return (
    <section className="isthmus-result" aria-label="About the answer">
      <div className="isthmus-tabs" role="tablist">
        {views.map((view) => (
          <button
            key={view}
            type="button"
            role="tab"
            id={`isthmus-tab-${view}`}
            aria-selected={shown === view}
            aria-controls="isthmus-result-view"
            onClick={() => setShown(shown === view ? null : view)}
          >
            {view}
          </button>
        ))}
        {answer !== null && (
          <span className="isthmus-about">
            {answer.operationName ?? 'Answer'}: {Math.round(answer.milliseconds)} ms in all
          </span>
        )}
      </div>
      {shown !== null && (
        <div id="isthmus-result-view" role="tabpanel" aria-labelledby={`isthmus-tab-${shown}`}>
          {answer === null && <p className="isthmus-hint">Run a question first.</p>}
          {answer !== null && shown === 'Systems' && <Systems answer={answer} />}
          {answer !== null && shown === 'Table' && (
            <TableView answer={answer} questions={questions} />
          )}
        </div>
      )}
    </section>
  )
}
