/** The ringfort program. */
package ringfort.app;
