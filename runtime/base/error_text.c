/* SPDX-License-Identifier: MIT */
/*
 * Error codes in words: the meaning of errno values for system calls, and the
 * meaning that some of them have as results of this library. strerror() depends
 * on the locale and need not be safe in threads.
 */
#include <camipc/error.h>

#include <errno.h>
#include <stdio.h>

#define N_OF(array) (sizeof(array) / sizeof((array)[0]))

/* The kernel reserves this many error codes; an errno table ends before. */
#define MAX_ERRNO 4095

static const char *const system_texts[] = {
	[0] = "success",
	[E2BIG] = "argument list too long",
	[EACCES] = "permission denied",
	[EADDRINUSE] = "address already in use",
	[EADDRNOTAVAIL] = "address not available",
	[EADV] = "advertise error",
	[EAFNOSUPPORT] = "address family not supported",
	[EAGAIN] = "temporarily unavailable",
	[EALREADY] = "already in progress",
	[EBADE] = "invalid exchange",
	[EBADF] = "bad file descriptor",
	[EBADFD] = "file descriptor in bad state",
	[EBADMSG] = "bad message",
	[EBADR] = "invalid request descriptor",
	[EBADRQC] = "invalid request code",
	[EBADSLT] = "invalid slot",
	[EBFONT] = "bad font file format",
	[EBUSY] = "device or resource busy",
	[ECANCELED] = "cancelled",
	[ECHILD] = "no child process",
	[ECHRNG] = "channel number out of range",
	[ECOMM] = "communication error on send",
	[ECONNABORTED] = "connection aborted",
	[ECONNREFUSED] = "connection refused",
	[ECONNRESET] = "connection reset by peer",
	[EDEADLK] = "deadlock avoided",
	[EDESTADDRREQ] = "destination address required",
	[EDOM] = "argument out of domain",
	[EDOTDOT] = "RFS specific error",
	[EDQUOT] = "disk quota exceeded",
	[EEXIST] = "file exists",
	[EFAULT] = "bad address",
	[EFBIG] = "file too large",
	[EHOSTDOWN] = "host is down",
	[EHOSTUNREACH] = "host unreachable",
	[EHWPOISON] = "memory page has a hardware error",
	[EIDRM] = "identifier removed",
	[EILSEQ] = "invalid byte sequence",
	[EINPROGRESS] = "operation in progress",
	[EINTR] = "interrupted by a signal",
	[EINVAL] = "invalid argument",
	[EIO] = "input/output error",
	[EISCONN] = "already connected",
	[EISDIR] = "is a directory",
	[EISNAM] = "is a named type file",
	[EKEYEXPIRED] = "key has expired",
	[EKEYREJECTED] = "key was rejected",
	[EKEYREVOKED] = "key has been revoked",
	[EL2HLT] = "level 2 halted",
	[EL2NSYNC] = "level 2 not synchronised",
	[EL3HLT] = "level 3 halted",
	[EL3RST] = "level 3 reset",
	[ELIBACC] = "cannot access a needed shared library",
	[ELIBBAD] = "corrupted shared library",
	[ELIBEXEC] = "cannot execute a shared library directly",
	[ELIBMAX] = "too many shared libraries",
	[ELIBSCN] = "corrupted section in an executable",
	[ELNRNG] = "link number out of range",
	[ELOOP] = "too many levels of symbolic links",
	[EMEDIUMTYPE] = "wrong medium type",
	[EMFILE] = "out of file descriptors",
	[EMLINK] = "too many links",
	[EMSGSIZE] = "message too large",
	[EMULTIHOP] = "multihop attempted",
	[ENAMETOOLONG] = "file name too long",
	[ENAVAIL] = "no XENIX semaphores available",
	[ENETDOWN] = "network is down",
	[ENETRESET] = "connection dropped by network reset",
	[ENETUNREACH] = "network unreachable",
	[ENFILE] = "too many open files in the system",
	[ENOANO] = "no anode",
	[ENOBUFS] = "no buffer space",
	[ENOCSI] = "no CSI structure available",
	[ENODATA] = "no data available",
	[ENODEV] = "no such device",
	[ENOENT] = "no such file or directory",
	[ENOEXEC] = "invalid executable format",
	[ENOKEY] = "required key not available",
	[ENOLCK] = "no locks available",
	[ENOLINK] = "link has been severed",
	[ENOMEDIUM] = "no medium found",
	[ENOMEM] = "out of memory",
	[ENOMSG] = "no message of this type",
	[ENONET] = "machine is not on the network",
	[ENOPKG] = "package not installed",
	[ENOPROTOOPT] = "protocol not available",
	[ENOSPC] = "no space left on device",
	[ENOSR] = "out of streams resources",
	[ENOSTR] = "device is not a stream",
	[ENOSYS] = "function not implemented",
	[ENOTBLK] = "block device required",
	[ENOTCONN] = "not connected",
	[ENOTDIR] = "not a directory",
	[ENOTEMPTY] = "directory not empty",
	[ENOTNAM] = "not a XENIX named type file",
	[ENOTRECOVERABLE] = "state not recoverable",
	[ENOTSOCK] = "not a socket",
	[ENOTTY] = "wrong ioctl for this device",
	[ENOTUNIQ] = "name not unique on network",
	[ENXIO] = "no such device or address",
	[EOPNOTSUPP] = "operation not supported",
	[EOVERFLOW] = "value too large for its type",
	[EOWNERDEAD] = "owner died",
	[EPERM] = "operation not permitted",
	[EPFNOSUPPORT] = "protocol family not supported",
	[EPIPE] = "broken pipe",
	[EPROTO] = "protocol error",
	[EPROTONOSUPPORT] = "protocol not supported",
	[EPROTOTYPE] = "wrong protocol type for socket",
	[ERANGE] = "result out of range",
	[EREMCHG] = "remote address changed",
	[EREMOTE] = "object is remote",
	[EREMOTEIO] = "remote input/output error",
	[ERESTART] = "interrupted system call should be restarted",
	[ERFKILL] = "blocked by RF-kill",
	[EROFS] = "read-only file system",
	[ESHUTDOWN] = "cannot send after shutdown",
	[ESOCKTNOSUPPORT] = "socket type not supported",
	[ESPIPE] = "cannot seek",
	[ESRCH] = "no such process",
	[ESRMNT] = "srmount error",
	[ESTALE] = "stale file handle",
	[ESTRPIPE] = "streams pipe error",
	[ETIME] = "timer expired",
	[ETIMEDOUT] = "timed out",
	[ETOOMANYREFS] = "too many descriptors in flight",
	[ETXTBSY] = "text file busy",
	[EUCLEAN] = "file system needs cleaning",
	[EUNATCH] = "protocol driver not attached",
	[EUSERS] = "too many users",
	[EXDEV] = "cannot link across file systems",
	[EXFULL] = "exchange full",
};
CAMIPC_STATIC_ASSERT(N_OF(system_texts) <= MAX_ERRNO + 1,
		     "no errno value is larger");

/* Codes that the proxy's functions return with a meaning of their own. */
static const char *const own_texts[] = {
	[EACCES] = "the file is not readable or not executable",
	[EAGAIN] = "too many calls are outstanding",
	[EALREADY] = "already done",
	[EBUSY] = "not allowed while another operation is under way",
	[ECANCELED] = "the call was cancelled",
	[ECHILD] = "called in a forked child",
	[EEXIST] = "the name is taken",
	[EINVAL] = "an argument, or the call in this state, is not allowed",
	[EMSGSIZE] = "the message is too large",
	[ENOENT] = "no such module, worker or isolation",
	[ENOEXEC] = "not an IPA module",
	[EOPNOTSUPP] = "the module does not have this method",
	[EPERM] = "the module is not trusted",
	[EPIPE] = "the IPA is gone",
	[EPROTO] = "the IPA sent values that the interface does not allow",
	[EPROTOTYPE] = "the module is for another interface",
	[EREMOTEIO] = "the IPA returned an error code of the transport's",
	[ESHUTDOWN] = "the IPA is being stopped",
	[ESTALE] = "the module has another version of the interface",
	[ETIMEDOUT] = "the IPA did not answer in time",
};
CAMIPC_STATIC_ASSERT(N_OF(own_texts) <= N_OF(system_texts),
		     "every code has a system's text, too");

const char *camipc_errno_to_string(int error)
{
	/* "error ", a number of 32 bits, NUL. */
	static _Thread_local char fallback[17];
	unsigned int number = error < 0 ? 0u - (unsigned int)error :
					  (unsigned int)error;

	if (number < N_OF(system_texts) && system_texts[number])
		return system_texts[number];
	snprintf(fallback, sizeof(fallback), "error %u", number);
	return fallback;
}

const char *camipc_strerror(int error)
{
	unsigned int number = 0u - (unsigned int)error;

	if (error >= 0)
		return system_texts[0];
	if (number < N_OF(own_texts) && own_texts[number])
		return own_texts[number];
	return camipc_errno_to_string(error);
}
