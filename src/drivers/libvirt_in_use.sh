# Run inside guests by their agent, as `sh -c SCRIPT sh SERIAL`: says on lines what uses the disk of that serial number.
#
#     mount /data (ext4)      it, a part of it, or what is made of it is mounted there
#     swap /dev/vdb           it is used as swap space
#     holder vg-data (dm-0)   a device mapper, RAID or other device is made of it
#     open /dev/vdb           a program has it open
#     by postgres[312]        who that is
#
# Nothing: nobody uses it, or the guest has no such disk. Only what every Linux has is used.
serial=$1

name_of() { # PID
	read -r comm <"/proc/$1/comm" || return
	echo "by $comm[$1]"
}

# The programs with something open below a folder, or a device; those that only look at new disks do not count.
users_of() {
	ls -l /proc/[0-9]*/fd /proc/[0-9]*/cwd /proc/[0-9]*/root 2>/dev/null | while read -r line; do
		case $line in
		/proc/*:)
			pid=${line#/proc/}
			pid=${pid%%/*}
			continue
			;;
		*" -> $1" | *" -> $1/"*) ;;
		*) continue ;;
		esac
		who=$pid
		case $line in
		*" /proc/"*"/cwd -> "* | *" /proc/"*"/root -> "*)
			who=${line#* /proc/}
			who=${who%%/*}
			;;
		esac
		name_of "$who"
	done | sort -u | grep -v -e 'udev' -e 'blkid' | head -n 5
}

look_at() { # name of a block device
	number=$(cat "/sys/class/block/$1/dev")
	while read -r _ _ device _ where rest; do
		source=${rest#* - }
		type=${source%% *}
		source=${source#* }
		source=${source%% *}
		if [ "$device" = "$number" ] || [ "$source" = "/dev/$1" ]; then
			echo "mount $where ($type)"
			users_of "$where"
		fi
	done </proc/self/mountinfo
	while read -r file _; do
		case $file in
		/*)
			file=$(readlink -f "$file")
			[ "${file##*/}" != "$1" ] || echo "swap $file"
			;;
		esac
	done </proc/swaps
	for holder in "/sys/class/block/$1/holders"/*; do
		[ -e "$holder" ] || continue
		name=${holder##*/}
		mapped=$(cat "$holder/dm/name" 2>/dev/null)
		look_at "$name"
		echo "holder ${mapped:-$name} ($name)"
	done
	openers=$(users_of "/dev/$1")
	if [ -n "$openers" ]; then
		echo "open /dev/$1"
		echo "$openers"
	fi
}

for block in /sys/block/*; do
	[ "$(cat "$block/serial" 2>/dev/null)" = "$serial" ] || continue
	name=${block##*/}
	for part in "$block" "$block/$name"*; do
		[ -e "$part/dev" ] && look_at "${part##*/}"
	done
done
exit 0
