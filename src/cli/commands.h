/* The subcommands that are clients of a running server, as main.c lists them. */
#ifndef CLI_COMMANDS_H
#define CLI_COMMANDS_H

#include "base/option.h"

extern const struct option cli_control_options[]; /* of the commands that have no others */
extern const struct option cli_key_create_options[];
extern const struct option cli_key_list_options[];
extern const struct option cli_jobs_options[];
extern const struct option cli_journal_options[];
extern const struct option cli_call_options[];
extern const struct option cli_demo_options[];
extern const struct option cli_authority_options[];
extern const struct option cli_backup_options[];
extern const struct option cli_fault_add_options[];
extern const struct option cli_fault_clear_options[];
extern const struct option cli_fault_list_options[];
extern const struct option cli_fleet_load_options[];
extern const struct option cli_fleet_dump_options[];
extern const struct option cli_fleet_reset_options[];
extern const struct option cli_fleet_set_options[];
extern const struct option cli_guest_mount_options[];
extern const struct option cli_guest_umount_options[];
extern const struct option cli_guest_io_options[];
extern const struct option cli_guest_silent_options[];
extern const struct option cli_adopt_options[];
extern const struct option cli_env_options[];
extern const struct option cli_exec_options[];

int cli_key_create(int argc, char **argv);
int cli_key_list(int argc, char **argv);
int cli_key_disable(int argc, char **argv);
int cli_key_enable(int argc, char **argv);
int cli_why(int argc, char **argv);
int cli_fence(int argc, char **argv);
int cli_connect(int argc, char **argv);
int cli_adopt(int argc, char **argv);
int cli_release(int argc, char **argv);
int cli_drift(int argc, char **argv);
int cli_jobs(int argc, char **argv);
int cli_journal(int argc, char **argv);
int cli_authority(int argc, char **argv);
int cli_backup(int argc, char **argv);
int cli_clock(int argc, char **argv);
int cli_clock_advance(int argc, char **argv);
int cli_call(int argc, char **argv);
int cli_fleet_load(int argc, char **argv);
int cli_fleet_dump(int argc, char **argv);
int cli_fleet_reset(int argc, char **argv);
int cli_fleet_set(int argc, char **argv);
int cli_guest_mount(int argc, char **argv);
int cli_guest_umount(int argc, char **argv);
int cli_guest_io(int argc, char **argv);
int cli_guest_silent(int argc, char **argv);
int cli_demo(int argc, char **argv);
int cli_fault_add(int argc, char **argv);
int cli_fault_clear(int argc, char **argv);
int cli_fault_list(int argc, char **argv);
int cli_env(int argc, char **argv);
int cli_exec(int argc, char **argv);

#endif
