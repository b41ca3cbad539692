/** The DSL an application compiles against: routes, handlers, filters, requests, responses and options. */
package ringfort.api;
