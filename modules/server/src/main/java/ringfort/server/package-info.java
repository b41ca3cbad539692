/**
 * The engines that the service loader finds. Everything else is in the packages below, whose order docs/ARCHITECTURE.md shows.
 */
package ringfort.server;
