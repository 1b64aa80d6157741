/** Which systems answered the last question, how long each took, which failed, what was withheld. */
import type { Answer, SourceReport } from './answer.ts'

export function Systems({ answer }: { answer: Answer }) {
  const { sources, errors } = answer
  const longest = Math.max(1, ...sources.map(({ milliseconds }) => milliseconds))
  const withheld = errors.filter(
    ({ extensions }) => extensions?.code === 'UNAUTHORIZED_FIELD_OR_TYPE',
  ).length
  return (
    <>
      {sources.length === 0 && <p className="isthmus-hint">No system was asked.</p>}
      {sources.map((report) => (
        <Bar key={report.system} report={report} longest={longest} />
      ))}
      {withheld > 0 && (
        <p className="isthmus-hint" data-withheld={withheld}>
          {withheld === 1 ? 'One field was' : `${withheld} fields were`} withheld: not for this
          identity.
        </p>
      )}
    </>
  )
}

function Bar({ report, longest }: { report: SourceReport; longest: number }) {
  const { system, milliseconds, fetches, failed } = report
  return (
    <div className="isthmus-system" data-system={system} data-failed={failed}>
      <strong>{system}</strong>
      <div className="isthmus-bar" aria-hidden="true">
        <div style={{ width: `${(100 * milliseconds) / longest}%` }} />
      </div>
      <span>
        {failed ? 'failed after ' : ''}
        {milliseconds.toFixed(1)} ms, {fetches} {fetches === 1 ? 'fetch' : 'fetches'}
      </span>
    </div>
  )
}
