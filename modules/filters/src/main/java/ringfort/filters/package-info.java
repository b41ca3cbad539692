/** Filters for services: access log, CORS, sessions, limits, compression and more. */
package ringfort.filters;
