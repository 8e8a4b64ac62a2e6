/** What the build makes of files that are no scripts (build.mjs): the text of a style sheet, the address of the atlas. */
declare module "*.css" {
  const text: string;
  export default text;
}
declare module "atlas:world" {
  const address: string;
  export default address;
}
