/** The transport over the JDK's selectors, which needs no native code of ours. */
package ringfort.server.nio;
