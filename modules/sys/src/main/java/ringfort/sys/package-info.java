/** Bindings to libc. */
package ringfort.sys;
