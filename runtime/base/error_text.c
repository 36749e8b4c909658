/* SPDX-License-Identifier: MIT */
/*
 * Error codes in words: the meaning of errno values for system calls, and the
 * meaning that some of them have as results of this library. strerror() depends
 * on the locale and need not be safe in threads.
 */
#include <camipc/error.h>

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>

#define N_OF(array) (sizeof(array) / sizeof((array)[0]))

/* The kernel reserves this many error codes; an errno table ends before. */
#define MAX_ERRNO 4095

#define ERROR(code, text) [code] = { #code, text }

static const struct {
	const char *name;
	const char *text;
} system_errors[] = {
	[0] = { "0", "success" },
	ERROR(E2BIG, "argument list too long"),
	ERROR(EACCES, "permission denied"),
	ERROR(EADDRINUSE, "address already in use"),
	ERROR(EADDRNOTAVAIL, "address not available"),
	ERROR(EADV, "advertise error"),
	ERROR(EAFNOSUPPORT, "address family not supported"),
	ERROR(EAGAIN, "temporarily unavailable"),
	ERROR(EALREADY, "already in progress"),
	ERROR(EBADE, "invalid exchange"),
	ERROR(EBADF, "bad file descriptor"),
	ERROR(EBADFD, "file descriptor in bad state"),
	ERROR(EBADMSG, "bad message"),
	ERROR(EBADR, "invalid request descriptor"),
	ERROR(EBADRQC, "invalid request code"),
	ERROR(EBADSLT, "invalid slot"),
	ERROR(EBFONT, "bad font file format"),
	ERROR(EBUSY, "device or resource busy"),
	ERROR(ECANCELED, "cancelled"),
	ERROR(ECHILD, "no child process"),
	ERROR(ECHRNG, "channel number out of range"),
	ERROR(ECOMM, "communication error on send"),
	ERROR(ECONNABORTED, "connection aborted"),
	ERROR(ECONNREFUSED, "connection refused"),
	ERROR(ECONNRESET, "connection reset by peer"),
	ERROR(EDEADLK, "deadlock avoided"),
	ERROR(EDESTADDRREQ, "destination address required"),
	ERROR(EDOM, "argument out of domain"),
	ERROR(EDOTDOT, "RFS specific error"),
	ERROR(EDQUOT, "disk quota exceeded"),
	ERROR(EEXIST, "file exists"),
	ERROR(EFAULT, "bad address"),
	ERROR(EFBIG, "file too large"),
	ERROR(EHOSTDOWN, "host is down"),
	ERROR(EHOSTUNREACH, "host unreachable"),
	ERROR(EHWPOISON, "memory page has a hardware error"),
	ERROR(EIDRM, "identifier removed"),
	ERROR(EILSEQ, "invalid byte sequence"),
	ERROR(EINPROGRESS, "operation in progress"),
	ERROR(EINTR, "interrupted by a signal"),
	ERROR(EINVAL, "invalid argument"),
	ERROR(EIO, "input/output error"),
	ERROR(EISCONN, "already connected"),
	ERROR(EISDIR, "is a directory"),
	ERROR(EISNAM, "is a named type file"),
	ERROR(EKEYEXPIRED, "key has expired"),
	ERROR(EKEYREJECTED, "key was rejected"),
	ERROR(EKEYREVOKED, "key has been revoked"),
	ERROR(EL2HLT, "level 2 halted"),
	ERROR(EL2NSYNC, "level 2 not synchronised"),
	ERROR(EL3HLT, "level 3 halted"),
	ERROR(EL3RST, "level 3 reset"),
	ERROR(ELIBACC, "cannot access a needed shared library"),
	ERROR(ELIBBAD, "corrupted shared library"),
	ERROR(ELIBEXEC, "cannot execute a shared library directly"),
	ERROR(ELIBMAX, "too many shared libraries"),
	ERROR(ELIBSCN, "corrupted section in an executable"),
	ERROR(ELNRNG, "link number out of range"),
	ERROR(ELOOP, "too many levels of symbolic links"),
	ERROR(EMEDIUMTYPE, "wrong medium type"),
	ERROR(EMFILE, "out of file descriptors"),
	ERROR(EMLINK, "too many links"),
	ERROR(EMSGSIZE, "message too large"),
	ERROR(EMULTIHOP, "multihop attempted"),
	ERROR(ENAMETOOLONG, "file name too long"),
	ERROR(ENAVAIL, "no XENIX semaphores available"),
	ERROR(ENETDOWN, "network is down"),
	ERROR(ENETRESET, "connection dropped by network reset"),
	ERROR(ENETUNREACH, "network unreachable"),
	ERROR(ENFILE, "too many open files in the system"),
	ERROR(ENOANO, "no anode"),
	ERROR(ENOBUFS, "no buffer space"),
	ERROR(ENOCSI, "no CSI structure available"),
	ERROR(ENODATA, "no data available"),
	ERROR(ENODEV, "no such device"),
	ERROR(ENOENT, "no such file or directory"),
	ERROR(ENOEXEC, "invalid executable format"),
	ERROR(ENOKEY, "required key not available"),
	ERROR(ENOLCK, "no locks available"),
	ERROR(ENOLINK, "link has been severed"),
	ERROR(ENOMEDIUM, "no medium found"),
	ERROR(ENOMEM, "out of memory"),
	ERROR(ENOMSG, "no message of this type"),
	ERROR(ENONET, "machine is not on the network"),
	ERROR(ENOPKG, "package not installed"),
	ERROR(ENOPROTOOPT, "protocol not available"),
	ERROR(ENOSPC, "no space left on device"),
	ERROR(ENOSR, "out of streams resources"),
	ERROR(ENOSTR, "device is not a stream"),
	ERROR(ENOSYS, "function not implemented"),
	ERROR(ENOTBLK, "block device required"),
	ERROR(ENOTCONN, "not connected"),
	ERROR(ENOTDIR, "not a directory"),
	ERROR(ENOTEMPTY, "directory not empty"),
	ERROR(ENOTNAM, "not a XENIX named type file"),
	ERROR(ENOTRECOVERABLE, "state not recoverable"),
	ERROR(ENOTSOCK, "not a socket"),
	ERROR(ENOTTY, "wrong ioctl for this device"),
	ERROR(ENOTUNIQ, "name not unique on network"),
	ERROR(ENXIO, "no such device or address"),
	ERROR(EOPNOTSUPP, "operation not supported"),
	ERROR(EOVERFLOW, "value too large for its type"),
	ERROR(EOWNERDEAD, "owner died"),
	ERROR(EPERM, "operation not permitted"),
	ERROR(EPFNOSUPPORT, "protocol family not supported"),
	ERROR(EPIPE, "broken pipe"),
	ERROR(EPROTO, "protocol error"),
	ERROR(EPROTONOSUPPORT, "protocol not supported"),
	ERROR(EPROTOTYPE, "wrong protocol type for socket"),
	ERROR(ERANGE, "result out of range"),
	ERROR(EREMCHG, "remote address changed"),
	ERROR(EREMOTE, "object is remote"),
	ERROR(EREMOTEIO, "remote input/output error"),
	ERROR(ERESTART, "interrupted system call should be restarted"),
	ERROR(ERFKILL, "blocked by RF-kill"),
	ERROR(EROFS, "read-only file system"),
	ERROR(ESHUTDOWN, "cannot send after shutdown"),
	ERROR(ESOCKTNOSUPPORT, "socket type not supported"),
	ERROR(ESPIPE, "cannot seek"),
	ERROR(ESRCH, "no such process"),
	ERROR(ESRMNT, "srmount error"),
	ERROR(ESTALE, "stale file handle"),
	ERROR(ESTRPIPE, "streams pipe error"),
	ERROR(ETIME, "timer expired"),
	ERROR(ETIMEDOUT, "timed out"),
	ERROR(ETOOMANYREFS, "too many descriptors in flight"),
	ERROR(ETXTBSY, "text file busy"),
	ERROR(EUCLEAN, "file system needs cleaning"),
	ERROR(EUNATCH, "protocol driver not attached"),
	ERROR(EUSERS, "too many users"),
	ERROR(EXDEV, "cannot link across file systems"),
	ERROR(EXFULL, "exchange full"),
};
CAMIPC_STATIC_ASSERT(N_OF(system_errors) <= MAX_ERRNO + 1,
		     "no errno value is larger");

/* Codes that the proxy's functions return with a meaning of their own. */
static const char *const own_texts[] = {
	[EACCES] = "the file is not readable or not executable",
	[EAGAIN] = "too many calls are outstanding",
	[EALREADY] = "already done",
	[EBUSY] = "not allowed while another operation is under way",
	[E2BIG] = "a struct has members that this version does not know",
	[ECANCELED] = "the call was cancelled",
	[ECHILD] = "called in a forked child",
	[EEXIST] = "the name is taken",
	[EINVAL] = "an argument, or the call in this state, is not allowed",
	[EMSGSIZE] = "the message is too large",
	[ENOENT] = "no such module, worker or isolation",
	[ENOEXEC] = "not an IPA module",
	[ENOSYS] = "this system refuses a system call that is needed",
	[EOPNOTSUPP] = "the module does not have this method",
	[EPERM] = "the module is not trusted, or the thread does not own the "
		  "proxy",
	[EPIPE] = "the IPA is gone",
	[EPROTO] = "the IPA sent values that the interface does not allow",
	[EPROTOTYPE] = "the module is for another interface",
	[EREMOTEIO] = "the IPA failed with an error of its own",
	[ESHUTDOWN] = "the IPA is being stopped",
	[ESTALE] = "the module has another version of the interface",
	[ETIMEDOUT] = "the IPA did not answer in time",
};
CAMIPC_STATIC_ASSERT(N_OF(own_texts) <= N_OF(system_errors),
		     "every code has a system's text, too");

static unsigned int positive(int error)
{
	return error < 0 ? 0u - (unsigned int)error : (unsigned int)error;
}

const char *camipc_errno_to_string(int error)
{
	/* "error ", a number of 32 bits, NUL. */
	static _Thread_local char fallback[17];
	unsigned int number = positive(error);

	if (number < N_OF(system_errors) && system_errors[number].text)
		return system_errors[number].text;
	snprintf(fallback, sizeof(fallback), "error %u", number);
	return fallback;
}

const char *camipc_result_to_string(int32_t result)
{
	static _Thread_local char text[80];
	unsigned int number = positive(result);

	if (result < 0 && number < N_OF(system_errors) &&
	    system_errors[number].text)
		snprintf(text, sizeof(text), "-%s (%s)",
			 system_errors[number].name,
			 system_errors[number].text);
	else
		snprintf(text, sizeof(text), "%" PRId32, result);
	return text;
}

const char *camipc_strerror(int error)
{
	unsigned int number = 0u - (unsigned int)error;

	if (error >= 0)
		return system_errors[0].text;
	if (number < N_OF(own_texts) && own_texts[number])
		return own_texts[number];
	return camipc_errno_to_string(error);
}
