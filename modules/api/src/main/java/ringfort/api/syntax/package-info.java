/** The grammar of HTTP text, each rule once: percent-encoding, tokens, field values, reason phrases. Not exported. */
package ringfort.api.syntax;
