/** The pane that shows which systems answered the last question, and how long each took. */
import type { GraphiQLPlugin } from '@graphiql/react'
import { useSyncExternalStore } from 'react'
import { sourcesStore, type SourceReport } from './session.ts'

export const systemsPlugin: GraphiQLPlugin = {
  title: 'Systems',
  icon: () => (
    <svg viewBox="0 0 24 24" fill="none" stroke="currentColor" strokeWidth="1.5" aria-hidden="true">
      <path d="M5 20V10M12 20V4M19 20v-7" strokeLinecap="round" />
    </svg>
  ),
  content: Systems,
}

function Systems() {
  const reports = useSyncExternalStore(sourcesStore.subscribe, sourcesStore.current)
  const longest = Math.max(1, ...reports.map(({ milliseconds }) => milliseconds))
  return (
    <div className="isthmus-pane">
      <div className="graphiql-doc-explorer-title">Systems</div>
      <p>Which systems answered the last question, and how long each took.</p>
      {reports.length === 0 && <p>Run a question first.</p>}
      {reports.map((report) => (
        <Bar key={report.system} report={report} longest={longest} />
      ))}
    </div>
  )
}

function Bar({ report, longest }: { report: SourceReport; longest: number }) {
  const { system, milliseconds, fetches, failed } = report
  return (
    <div className="isthmus-system" data-system={system} data-failed={failed}>
      <div>
        <strong>{system}</strong>
        <span>
          {failed ? 'failed after ' : ''}
          {milliseconds.toFixed(1)} ms, {fetches} {fetches === 1 ? 'fetch' : 'fetches'}
        </span>
      </div>
      <progress value={milliseconds} max={longest} aria-label={`${system}: ${milliseconds} ms`} />
    </div>
  )
}
