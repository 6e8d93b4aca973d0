/* The script that guests of Linux run to tell what uses a disk (libvirt_in_use.sh says what it prints). */
#ifndef DRIVERS_LIBVIRT_SCRIPT_H
#define DRIVERS_LIBVIRT_SCRIPT_H

extern const char lv_script_in_use[];

#endif
