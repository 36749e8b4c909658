/* SPDX-License-Identifier: MIT */
/*
 * The image processor of a virtual camera: how it measures raw frames and makes
 * images of them, and which calls its IPA gets for each frame. Each kind is one
 * file that ends with VIRTUAL_REGISTER_ISP(); nothing else knows which kinds
 * there are.
 */
#ifndef VIRTUAL_ISP_H
#define VIRTUAL_ISP_H

#include <stddef.h>
#include <stdint.h>

#include <camipc/proxy.h>

#include "cam_buffers.h"
#include "sensor.h"

struct virtual_frame;
struct virtual_ipa;
struct virtual_buffer_offer;

/** Length of a name, with its zero. */
#define VIRTUAL_ISP_NAME_SIZE 32

/**
 * A kind of image processor. The first part is its hardware: functions of
 * memory, which neither wait nor know the IPA. The second part is how its IPA
 * is called; ipa_session.h has the session that these functions work on. Thread
 * word of all functions: bound.
 */
struct virtual_isp {
	size_t size; /* of this struct */
	const char *name; /* "virtual", or "virtual-…", as of a camera */
	const char *description; /* some words */
	const char *interface_name; /* that its IPA has */
	const char *module; /* the IPA that is run if no other is named */
	const char *module_origin; /* where it comes from, for people; or NULL */
	const char *sensor; /* that is used if no other is named */

	/** Folder and ending of the tuning files of sensors that are used if
	 *  they exist and no other file is named; NULL, NULL: none. */
	const char *tuning_folder;
	const char *tuning_ending; /* with its dot */

	/** Bytes of statistics, in buffers that are shared with the IPA. */
	uint32_t statistics_size;
	enum cam_access statistics_access; /* of the IPA, to statistics */

	/** Bytes of parameters, in shared buffers as well; or written by the
	 *  events of this kind into the session's memory. */
	uint32_t parameters_size;
	bool parameters_by_event;

	/**
	 * configure() - allocate what measure and apply need
	 * @ret_state: freed with release(); set on success
	 *
	 * Returns 0 or -ENOMEM.
	 */
	int (*configure)(const struct virtual_sensor *sensor,
			 void **ret_state);
	void (*release)(void *state); /* accepts NULL */

	/**
	 * measure() - write the statistics of a frame
	 * @state: knows what the latest apply() has set
	 * @frame: its number
	 * @raw: as virtual_sensor_expose() wrote it, with its dark lines
	 * @statistics: overwritten; of statistics_size bytes
	 */
	void (*measure)(void *state, const struct virtual_sensor *sensor,
			uint32_t frame, const uint16_t *raw, void *statistics);

	/**
	 * apply() - make an image as the parameters say
	 * @frame: number of the frame that the parameters must belong to
	 * @parameters: from an IPA, private to the caller, not trusted
	 * @raw: 10 bits, RGGB, without dark lines
	 * @rgb: receives width x height x 3 bytes, sRGB
	 *
	 * Returns 0, -EBADMSG (the parameters do not belong to @frame) or
	 * -ENOMEM.
	 */
	int (*apply)(void *state, uint32_t frame, const void *parameters,
		     const uint16_t *raw, uint8_t *rgb);

	/**
	 * create() - run the IPA with the events of this kind
	 * @ret_proxy: set on success
	 *
	 * The events go to virtual_ipa_…() of ipa_session.h. Returns what
	 * camipc_proxy_create() does.
	 */
	int (*create)(struct virtual_ipa *ipa, struct camipc_manager *manager,
		      const struct camipc_match *match,
		      struct camipc_proxy **ret_proxy);

	/** Initialises and configures the IPA, and sets the infos of the
	 *  session. Returns 0, or a negative errno and a text. */
	int (*init)(struct virtual_ipa *ipa,
		    const struct cam_settings *settings);

	/** Gives the IPA its buffers. Returns as init() does. */
	int (*map_buffers)(struct virtual_ipa *ipa,
			   const struct virtual_buffer_offer *offer);

	int (*start)(struct virtual_ipa *ipa); /* returns as init() does */
	int (*stop)(struct virtual_ipa *ipa); /* returns as init() does */

	/** Frees what create() or init() allocated in ipa->handle, after the
	 *  proxy was destroyed; NULL: nothing. */
	void (*destroy)(struct virtual_ipa *ipa);

	/**
	 * The calls of a frame, at three moments: before the sensor takes it,
	 * when it was taken, and when its image was made and its statistics can
	 * be measured. Each may be NULL, the first two not both: one of them
	 * asks for the frame's parameters, any for its metadata. Answers come
	 * as events, see virtual_ipa_answer_parameters() and
	 * virtual_ipa_answer_metadata(). Each returns as init() does.
	 */
	int (*before_frame)(struct virtual_ipa *ipa, uint32_t frame);
	int (*frame_taken)(struct virtual_ipa *ipa,
			   const struct virtual_frame *frame);
	int (*image_made)(struct virtual_ipa *ipa,
			  const struct virtual_frame *frame);
};

/**
 * Registers a kind before main() runs. A second one of the same name, and one
 * that lacks a function, are left out, which virtual_isp_find() then reports.
 */
#define VIRTUAL_REGISTER_ISP(isp)                                       \
	__attribute__((constructor)) static void register_##isp(void) \
	{                                                               \
		virtual_isp_register(&isp);                             \
	}

/** For VIRTUAL_REGISTER_ISP(). @isp must live as long as the process. */
void virtual_isp_register(const struct virtual_isp *isp);

/** Returns the kind of a camera's name, or NULL. Thread word: safe. */
const struct virtual_isp *virtual_isp_find(const char *name);

/** Returns the kind number @i in the order of names, or NULL past the last.
 *  Thread word: safe. */
const struct virtual_isp *virtual_isp_get(size_t i);

/** Returns the name of kind number @i, or NULL past the last. Thread word:
 *  safe. */
const char *virtual_isp_name(size_t i);

#endif /* VIRTUAL_ISP_H */
