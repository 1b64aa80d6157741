// The dictionaries of opencc-js come without types: "臺 台|萬 万", a traditional character and its
// simplified ones.
declare module 'opencc-js/dict/TSCharacters' {
  const pairs: string
  export default pairs
}
