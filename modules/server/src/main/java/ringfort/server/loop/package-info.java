/** The worker and its connections: the turn, how a connection ends, its deadline, the watchdog, the drain. */
package ringfort.server.loop;
