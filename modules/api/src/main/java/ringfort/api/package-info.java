/** The DSL an application compiles against. */
package ringfort.api;
