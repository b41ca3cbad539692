/** The seam between the DSL and what carries it: engines below, a JSON codec beside. Applications do not need it. */
package ringfort.api.spi;
