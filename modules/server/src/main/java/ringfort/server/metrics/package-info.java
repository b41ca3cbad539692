/** What the server counts, and what it tells its operator and the flight recorder. */
package ringfort.server.metrics;
