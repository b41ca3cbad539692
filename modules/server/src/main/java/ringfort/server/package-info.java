/** The engines: ring, poll and threads. */
package ringfort.server;
