/** What the bundler adds to TypeScript: style sheets, files, and the addresses of Monaco's workers. */
declare module '*.css'

declare module '*.svg' {
  const address: string
  export default address
}

/** What Monaco calls its workers → their addresses; set by bundle.ts. */
declare const workerAddresses: Readonly<Record<string, string>>
