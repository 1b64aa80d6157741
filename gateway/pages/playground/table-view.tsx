/** The rows of the last answer. The browser shows the first of them; the CSV of a report has all. */
import type { Answer } from './answer.ts'
import type { SavedQuestion } from './session.ts'
import { tableOf } from './table.ts'

const maxRows = 200
const isNumber = (text: string): boolean => /^-?\d+(\.\d+)?$/.test(text)

interface Props {
  readonly answer: Answer
  readonly questions: readonly SavedQuestion[]
}

export function TableView({ answer, questions }: Props) {
  const { columns, rows } = tableOf(answer, questions)
  if (rows.length === 0) return <p className="isthmus-hint">The answer has no rows.</p>
  return (
    <div className="isthmus-table">
      <table>
        <thead>
          <tr>
            {columns.map(({ path, label }) => (
              <th key={path} scope="col" title={path}>
                {label}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.slice(0, maxRows).map((row, at) => (
            <tr key={at}>
              {row.map((text, column) => (
                <td key={columns[column]?.path} className={isNumber(text) ? 'isthmus-number' : ''}>
                  {text}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
      <p className="isthmus-hint">
        {rows.length > maxRows
          ? `The first ${maxRows} of ${rows.length} rows`
          : `${rows.length} ${rows.length === 1 ? 'row' : 'rows'}`}
      </p>
    </div>
  )
}
