/**
 * The HTML pages: the shells of the Playground and of the tokens, and what stands in their place until the bundle is there.
 * No inline script, no token, nothing of the caller's: the same text for everybody.
 */
import { addressOf, type Manifest } from './bundled.ts'

const page = (head: string, body: string, title = 'Isthmus Playground'): string => `<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8">
    <meta name="viewport" content="width=device-width, initial-scale=1">
    <meta name="color-scheme" content="light dark">
    <title>${title}</title>
    ${head}
  </head>
  <body>${body}</body>
</html>
`

interface Files {
  readonly script: string
  readonly styles: string
  readonly logo: string
}

const head = ({ script, styles, logo }: Files): string =>
  `<link rel="icon" type="image/svg+xml" href="${addressOf(logo)}">
    <link rel="stylesheet" href="${addressOf(styles)}">
    <script type="module" src="${addressOf(script)}"></script>`

export const shell = (manifest: Manifest): string =>
  page(
    head(manifest),
    '<div id="playground"></div><noscript>The Playground needs JavaScript.</noscript>',
  )

export const tokensShell = ({ tokens, logo }: Manifest): string =>
  page(
    head({ ...tokens, logo }),
    '<div id="tokens"></div><noscript>This page needs JavaScript.</noscript>',
    'Isthmus tokens',
  )

const notice = (title: string, text: string): string =>
  page(
    `<link rel="icon" href="data:,">
    <style>body { font: 1rem/1.5 system-ui, sans-serif; max-width: 32rem; margin: 20vh auto; padding: 0 1rem }</style>`,
    `<h1>${title}</h1><p>${text}</p>`,
  )

export const beingBuilt = notice(
  'The Playground is being built',
  'This takes a few seconds after an installation or update, and the page reloads by itself. <code>/graphql</code> answers already.',
)

export const notBuilt = notice(
  'The Playground could not be built',
  'The log of the gateway says why. <code>/graphql</code> answers all the same.',
)
