/** Makes system calls. */
module consumer.sys {
    requires ringfort.sys;
}
