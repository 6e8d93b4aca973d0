#include <stdio.h>

#include "base/option.h"
#include "cli/command.h"
#include "cli/commands.h"
#include "config.h"
#include "reference.h"
#include "serve.h"

static int serve_main(int argc, char **argv)
{
	struct config config;
	char error[512];
	int status = COMMAND_USAGE;

	if (config_load(argc, argv, &config, error, sizeof(error)))
		status = serve_run(&config);
	else
		fprintf(stderr, "cleat serve: %s\n", error);
	config_finish(&config);
	return status;
}

static int version_main(int argc, char **argv)
{
	(void)argc;
	(void)argv;
	return puts("cleat " CLEAT_VERSION) < 0 ? COMMAND_FAILED : COMMAND_DONE;
}

static const struct command commands[] = {
	{ "serve", "", "serve the APIs until stopped",
	  "Serves the APIs, by default on 127.0.0.1:7480, until SIGTERM or Ctrl-C. The first start makes an account "
	  "with an access key and says which file has its secret. Each option may also be the environment variable "
	  "CLEAT_NAME (--max-body: CLEAT_MAX_BODY) or a line 'name = value' in the file of --config; a flag wins "
	  "over a variable, and that over the file.",
	  config_options, serve_main },
	{ "demo", "", "start a server and detach a disk from a running instance",
	  "Starts a server with a small simulated fleet, detaches a data disk from a running instance through the real, "
	  "signed API, shows each state with its time and says how to go on.",
	  cli_demo_options, cli_demo },
	{ "exec", "[OPTION]... -- COMMAND [ARGUMENT]...", "run a command against a server of its own",
	  "Starts a server with simulated machines on a free port, sets the environment by which the vendor's clients, "
	  "Terraform and cleat itself find it (endpoint, key, region, trust, NO_PROXY), runs the command, and ends with its "
	  "exit status. Nothing is left behind unless --data is given. For test runs: cleat exec -- pytest, cleat exec "
	  "--fleet fleet.json -- make test.",
	  cli_exec_options, cli_exec },
	{ "env", "CLIENT", "print what a client needs to find the server",
	  "Prints the environment variables by which a client finds the running server, for: eval \"$(cleat env aliyun-cli)\". "
	  "CLIENT is shell (all of them), aliyun-cli, terraform-alicloud, python, node, go, csi-alibaba or cluster-autoscaler, and of "
	  "Huawei Cloud terraform-huaweicloud, python-huawei, openstack or csi-huawei. "
	  "With --code it prints a program or a configuration for that client that uses them. The certificates to trust are "
	  "written to ca_client.pem and ca_bundle.pem in the data directory.",
	  cli_env_options, cli_env },
	{ "call", "ACTION [NAME=VALUE]...", "call an operation of the API, signed",
	  "Calls an operation of an Alibaba Cloud API, such as: cleat call DescribeDisks DiskIds='[\"d-bp...\"]'. The "
	  "request is signed (ACS3-HMAC-SHA256) and the reply printed as it came. The exit status is 1 if it is an error.",
	  cli_call_options, cli_call },
	{ "why", "DISK", "say what a disk is doing and why",
	  "Says in sentences what state a disk is in, what work it waits for and what went wrong before.",
	  cli_control_options, cli_why },
	{ "fence", "DISK INSTANCE", "cut a disk off from a guest that does not let go of it",
	  "Makes the disk unreachable for the instance without asking its guest, which gets I/O errors from then on and loses what it "
	  "has not written yet; then the disk is Available. For a guest that hangs, where a detach waits for ever: first look "
	  "with 'cleat why DISK'. Who asked is kept in the job and in the events of the instance.",
	  cli_control_options, cli_fence },
	{ "connect", "INSTANCE", "show how a bare metal server reaches its disks",
	  "Shows, for the operator of a bare metal server, where its disks are exported, by which names, and the commands that connect "
	  "them there. The credential is the server's alone and a secret; it holds until the server is released.",
	  cli_control_options, cli_connect },
	{ "adopt", "MACHINE", "give a machine that was there before the API",
	  "Makes an instance of a machine of the driver's that Cleat did not make (its name or uuid), and disks of its disks. It is "
	  "protected from release and its disks are kept when it goes; Cleat never removes it or them. One with a backup, a "
	  "migration or a block job under way is refused.",
	  cli_adopt_options, cli_adopt },
	{ "release", "ID", "let go of what was adopted",
	  "Forgets an instance that was adopted with its disks, or such a disk that is attached nowhere. They stay as they are.",
	  cli_control_options, cli_release },
	{ "drift", "", "tell where machines have departed from what is on record",
	  "Compares instances and their disks with what the driver finds. What others have changed is told, and left as it is.",
	  cli_control_options, cli_drift },
	{ "jobs", "", "list the work on disks and instances",
	  "Lists jobs, newest first: attaching, detaching, starting and so on, with the step each is at.",
	  cli_jobs_options, cli_jobs },
	{ "journal", "", "show the last calls and which parameters nothing read",
	  "Shows the last calls that the server answered: operation, result, time taken, parameters, access key, user agent "
	  "and jobs, and by name the parameters that nothing read. Secrets are masked. The server keeps them in memory only.",
	  cli_journal_options, cli_journal },
	{ "ca", "", "print the certificate that clients of https have to trust",
	  "Prints the certificate (PEM) of the authority that issued the server's, for clients that use https: cleat ca > ca.pem. "
	  "The first use of https, or of this command, makes it; it stays in the data directory, or that of --tls-ca-dir.\n\n"
	  "How clients are told to trust it:\n\n"
	  "curl --cacert ca.pem https://localhost:7480/healthz\n"
	  "SSL_CERT_FILE=ca.pem - alibabacloud_ecs20140526 for Python, Go programs (Terraform, aliyun CLI), cleat itself\n"
	  "ALIBABA_CLOUD_CA_BUNDLE=ca.pem - aliyun-python-sdk-ecs\n"
	  "REQUESTS_CA_BUNDLE=ca.pem - other Python programs that use requests\n"
	  "NODE_EXTRA_CA_CERTS=ca.pem - Node.js\n"
	  "aliyun ... --secure --skip-secure-verify - trusts anything, this too\n\n"
	  "Or, for everybody on a Debian machine: copy it to /usr/local/share/ca-certificates/cleat.crt and run "
	  "update-ca-certificates.",
	  cli_authority_options, cli_authority },
	{ "key create", "", "make an access key",
	  "Makes an access key and prints its id and its secret, which is shown this once.",
	  cli_key_create_options, cli_key_create },
	{ "key list", "", "list the access keys", "Lists the access keys, without their secrets.",
	  cli_key_list_options, cli_key_list },
	{ "key disable", "ID", "refuse an access key from now on",
	  "Refuses every request that is signed with this key, from the next one on.", cli_control_options,
	  cli_key_disable },
	{ "key enable", "ID", "accept an access key again", "Accepts a key that was disabled.",
	  cli_control_options, cli_key_enable },
	{ "clock", "", "show the cloud's time",
	  "Shows the time the cloud's objects live by, and whether it runs or is moved by hand (cleat serve --clock manual).",
	  cli_control_options, cli_clock },
	{ "clock advance", "DURATION", "move the cloud's time on",
	  "Moves the time of a server with --clock manual on by 90, 90s, 5m, 2h or 500ms; everything that falls due happens.",
	  cli_control_options, cli_clock_advance },
	{ "fault add", "OPERATION", "let the next calls of an operation go wrong",
	  "Lets the next call (or calls: --times) of an operation of the API meet an error in the vendor's own words, a delay, a "
	  "lost reply, a cut connection, or work that fails or never ends. Faults are looked at in the order they were added, and "
	  "the first that means a call is the one it meets; it is counted even if the call is then refused for something else. "
	  "Prints the id of the fault. Examples:\n"
	  "cleat fault add DetachDisk --code InternalError --variant 2\n"
	  "cleat fault add '*' --code Throttling --times 3\n"
	  "cleat fault add DetachDisk --resource d-bp1yl3mfcgxol1en3f --reply-lost\n"
	  "cleat fault add RunInstances --job-fails 'no host has room' --latency 2s\n"
	  "cleat fault add DetachDisk --job-never-ends --times forever",
	  cli_fault_add_options, cli_fault_add },
	{ "fault list", "", "list the faults",
	  "Lists faults in the order in which they are looked at: how many calls each still meets, how many met it, how many jobs "
	  "carry it.",
	  cli_fault_list_options, cli_fault_list },
	{ "fault clear", "[ID]", "clear one fault, those of an operation, or all",
	  "Removes the fault of that id, those of --operation, or all. Jobs that they hold go on at once, and jobs that would "
	  "have failed do not.",
	  cli_fault_clear_options, cli_fault_clear },
	{ "fleet load", "FILE", "put the state of a file in place of the server's",
	  "Puts accounts, instances, disks and snapshots of a file in place of what those accounts have, and its faults in "
	  "place of all there are: all of it, or nothing if something in it is wrong, which is said with its line. '-' reads standard input. Ids are kept as they are given; what "
	  "is not given has a default. The least there is: {\"cleat_fleet\": 1, \"accounts\": [{\"instances\": [{\"id\": "
	  "\"i-1\"}], \"disks\": [{\"id\": \"d-1\", \"attachments\": [{\"instance\": \"i-1\"}]}]}]}. docs/fleet.md has every "
	  "member; 'cleat fleet dump' shows them with their values.",
	  cli_fleet_load_options, cli_fleet_load },
	{ "fleet dump", "", "print the server's state as a fleet file",
	  "Prints the state of all accounts, what was added to the catalogue, and the faults. Loaded elsewhere, it gives the same again. Without "
	  "--secrets the access keys are printed without theirs, and such a key can only be loaded where it is known.",
	  cli_fleet_dump_options, cli_fleet_dump },
	{ "fleet reset", "", "remove all instances, disks, snapshots and faults",
	  "Removes all instances, disks, snapshots and faults, and what was added to the catalogue. Accounts and access keys stay.",
	  cli_fleet_reset_options, cli_fleet_reset },
	{ "fleet set", "ID NAME=VALUE...", "change conditions of one account, instance or disk",
	  "Changes what no call of the API does, also while work is under way. Of an account: disk_white_list, safe_detach. Of an "
	  "instance: deletion_protection, locks (locks=security,financial; locks= for none). Of a disk: portable, "
	  "base_image_lost, overdue. Such as: cleat fleet set d-bp... overdue=true",
	  cli_fleet_set_options, cli_fleet_set },
	{ "guest mount", "DISK INSTANCE", "say that a guest has a disk mounted",
	  "Says that the guest of a simulated instance has the disk mounted. In an account with \"safe_detach\" it is then not "
	  "detached while the instance runs: DetachDisk is accepted, the disk is In_use again, and 'cleat why DISK' says what "
	  "uses it. After 'cleat guest umount' the next DetachDisk goes through.",
	  cli_guest_mount_options, cli_guest_mount },
	{ "guest umount", "DISK INSTANCE", "say that a guest does not use a disk any more",
	  "Says that the disk is not mounted, and that nobody reads or writes it.", cli_guest_umount_options, cli_guest_umount },
	{ "guest io", "DISK INSTANCE", "say that a guest reads or writes a disk",
	  "Says that the guest reads or writes the disk without having it mounted, as a database on a raw device does. It is "
	  "kept like a mounted one.",
	  cli_guest_io_options, cli_guest_io },
	{ "guest silent", "DISK INSTANCE", "say that a guest does not let go of a disk",
	  "Says that the guest does not answer when it is asked to let go of the disk: a detach stays under way, in every "
	  "account, until 'cleat guest silent --off' or until the instance is stopped.",
	  cli_guest_silent_options, cli_guest_silent },
	{ "backup", "FILE", "write a copy of everything to a new file",
	  "Writes a consistent copy of the server's database to a file that does not exist yet (mode 0600). The server goes "
	  "on meanwhile. To serve a copy, put it into an empty data directory as cleat.db. It holds the secrets of the "
	  "access keys.",
	  cli_backup_options, cli_backup },
	{ "reference", "API", "print the reference of an API",
	  "Prints the operations of an API (" REFERENCE_APIS ") with their parameters, replies and "
	  "errors as Markdown, from the tables that this program serves them by.",
	  reference_options, reference_main },
	{ "version", "", "print the version", "Prints the version of this program.", NULL, version_main },
	{ 0 },
};

int main(int argc, char **argv)
{
	return command_main(commands, argc, argv);
}
