"""What the studio promises when something goes wrong, and the tests that hold each promise."""

from __future__ import annotations

from typing import NamedTuple


class Statement(NamedTuple):
    """A promise, and where it is tried: files, or single tests as `file::test`."""

    promise: str
    tests: tuple[str, ...]


JOBS, LIBRARY, LIVE, MEDIA = "tests/studio/jobs", "tests/studio/library", "tests/studio/live", "tests/studio/media"
SURVIVAL, SENT = f"{LIBRARY}/test_upload_survival.py", f"{LIBRARY}/test_uploads.py"
RUNS = "tests/studio/runs/test_track.py"
LEASE, SOCKETS = f"{JOBS}/test_lease.py", f"{LIVE}/test_consumers.py"

STATEMENTS: dict[str, Statement] = {
    "J1": Statement("a killed run goes on: no frame lost, none twice, the same masks", ("tests/whole/test_kills.py",)),
    "J2": Statement("what a killed worker had is in other hands within 30 s", ("tests/faults/test_take_over.py",)),
    "J3": Statement(
        "of many workers that are rung one gets the job",
        (f"{LEASE}::test_of_many_workers_that_are_rung_one_gets_the_job",),
    ),
    "J4": Statement(
        "a worker that was thought dead and wakes writes nothing",
        (
            f"{LEASE}::test_a_worker_that_lost_its_job_writes_nothing",
            "tests/faults/test_frozen.py",
            f"{LIBRARY}/test_ingest.py::test_a_worker_thought_dead_puts_nothing_among_anothers_files",
        ),
    ),
    "J5": Statement(
        "what ends its worker three times at one place is given up, and the next is done",
        (
            f"{JOBS}/test_reaper.py::"
            "test_a_job_that_ends_its_worker_three_times_at_one_place_is_given_up_and_the_next_is_done",
        ),
    ),
    "J6": Statement(
        "want of memory is a sentence and ends no worker", (f"{LEASE}::test_however_the_work_ends_the_row_says_so",)
    ),
    "J7": Statement(
        "want of memory on the device: smaller steps, then a sentence, and the next run works",
        (
            "tests/tracking/test_sparing.py",
            f"{RUNS}::test_a_run_whose_device_has_no_room_for_all_follows_fewer_at_once_and_says_so",
            f"{RUNS}::test_a_run_without_memory_for_one_object_fails_with_a_sentence_and_the_next_is_done",
        ),
    ),
    "J8": Statement(
        "what hangs ends with a reason, and its place is free again",
        (
            f"{LEASE}::test_a_body_that_hangs_ends_with_a_sentence_and_its_process",
            f"{MEDIA}/test_sandbox.py::test_a_child_that_says_nothing_is_given_up",
        ),
    ),
    "J9": Statement("a broker that is away loses no job", ("tests/faults/test_broker_away.py",)),
    "J10": Statement(
        "a stopped worker gives its job back; a cancel ends it at the next frame",
        (
            f"{LEASE}::test_a_worker_that_is_stopped_puts_its_job_back_as_if_it_had_not_begun",
            f"{LEASE}::test_work_stops_at_the_next_look_where_it_was_told_to",
            "tests/faults/test_take_over.py",
        ),
    ),
    "J11": Statement(
        "of many wishes for a run one becomes a job",
        (f"{JOBS}/test_queue.py::test_of_many_wishes_for_a_run_at_once_one_becomes_a_job",),
    ),
    "V1": Statement(
        "harmed clips are answered with a code, and end no worker",
        (f"{MEDIA}/test_probe.py::test_harmed_clips_always_have_an_answer_with_one_of_our_codes",),
    ),
    "V2": Statement(
        "headers that lie are counted",
        (f"{MEDIA}/test_reader.py", f"{MEDIA}/test_probe.py::test_a_header_that_hides_its_frames_is_counted"),
    ),
    "V3": Statement(
        "a picture too large is refused before it is decoded",
        (f"{MEDIA}/test_reader.py::test_a_picture_over_the_limit_is_refused_before_it_is_decoded",),
    ),
    "V4": Statement(
        "a file that points to others opens none",
        (f"{MEDIA}/test_probe.py::test_a_file_that_points_to_others_is_no_video",),
    ),
    "V5": Statement(
        "a parser that is taken over harms only its child",
        (f"{MEDIA}/test_sandbox.py", f"{MEDIA}/test_confined.py", "tests/studio/exports/test_writing.py"),
    ),
    "V6": Statement(
        "a picture that changes its size is refused with its frame",
        (f"{MEDIA}/test_reader.py::test_a_picture_that_changes_its_size_is_refused_with_its_frame",),
    ),
    "V7": Statement(
        "a clip over a limit is refused with both numbers",
        (f"{MEDIA}/test_probe.py::test_a_clip_over_a_limit_is_refused_with_both_numbers",),
    ),
    "U1": Statement("a huge body from anybody takes no disk", ("tests/studio/launch/test_web.py",)),
    "U2": Statement(
        "an upload that was cut goes on from what arrived",
        (
            f"{SURVIVAL}::test_an_upload_cut_at_any_byte_goes_on_from_what_the_server_holds",
            f"{SURVIVAL}::test_a_server_that_died_before_the_row_finishes_at_the_next_question",
        ),
    ),
    "U3": Statement(
        "two writers never mix their bytes",
        (f"{SURVIVAL}::test_of_many_writers_at_one_offset_one_writes_and_bytes_are_never_mixed",),
    ),
    "U4": Statement(
        "a full disk is a sentence, and nothing half-written is seen",
        (
            f"{SURVIVAL}::test_a_disk_that_fills_up_keeps_what_it_took_and_goes_on_when_there_is_room",
            f"{SURVIVAL}::test_a_disk_that_is_nearly_full_takes_nothing_more",
        ),
    ),
    "U5": Statement(
        "a kill between a file and its row leaves both in agreement",
        ("tests/faults/test_killed_between.py", f"{LIBRARY}/test_verify.py"),
    ),
    "U6": Statement(
        "a file is synced before its row speaks of it",
        (
            f"{SURVIVAL}::test_a_file_is_synced_before_it_is_renamed_and_its_folder_before_the_row",
            f"{LIBRARY}/test_ingest.py::test_the_row_is_ready_only_when_the_files_are_there_and_synced",
        ),
    ),
    "U7": Statement("a name is shown and never a path", (f"{SENT}::test_a_name_is_shown_and_never_a_path",)),
    "L1": Statement(
        "another origin is refused at the handshake",
        (f"{SOCKETS}::test_a_page_of_another_origin_is_refused_at_the_handshake",),
    ),
    "L2": Statement(
        "a stranger's clip is not there", (f"{SOCKETS}::test_a_strangers_clip_and_one_that_never_was_are_not_there",)
    ),
    "L3": Statement(
        "signing out closes the sockets",
        (
            f"{SOCKETS}::test_signing_out_closes_the_sockets",
            f"{SOCKETS}::test_a_new_password_closes_the_sockets",
            f"{SOCKETS}::test_a_deleted_clip_closes_its_pages",
        ),
    ),
    "L4": Statement(
        "garbage closes only its own socket",
        (
            f"{SOCKETS}::test_garbage_closes_a_socket_and_an_ack_for_nothing_does_not",
            f"{SOCKETS}::test_a_message_that_is_too_large_closes_a_socket",
        ),
    ),
    "L5": Statement(
        "who never reads costs little and is closed",
        (
            "tests/faults/test_sockets.py::test_readers_that_never_read_cost_little_memory",
            f"{SOCKETS}::test_a_page_that_does_not_answer_holds_four_messages_and_no_more",
        ),
    ),
    "L6": Statement(
        "a hint that is lost costs seconds, never a change",
        (f"{SOCKETS}::test_a_change_whose_hint_was_lost_is_told_at_the_next_look", f"{LIVE}/test_feed.py"),
    ),
    "L7": Statement(
        "a change is soon with many pages, and they come back when the web process dies",
        (
            "tests/faults/test_sockets.py::test_a_change_is_soon_with_every_page",
            "tests/faults/test_sockets.py::test_every_page_is_back_with_every_change_when_the_web_process_is_killed",
            "tests/browser/test_live.py",
        ),
    ),
    "L8": Statement(
        "sockets that come and go leave nothing open",
        ("tests/faults/test_sockets.py::test_sockets_that_come_and_go_leave_nothing_open",),
    ),
    "A1": Statement(
        "every address has a row in an access table",
        (
            "tests/studio/api/test_access.py",
            f"{LIBRARY}/test_access.py",
            "tests/studio/test_contracts.py::test_every_address_is_in_an_access_table",
        ),
    ),
    "A2": Statement("files are served as a type of ours, and guarded", (f"{LIBRARY}/test_media_views.py",)),
    "A3": Statement("pages run nothing that is written in them", ("tests/studio/test_pages.py",)),
    "A4": Statement(
        "an address of a file is good for its person alone, one that signs in or is signed for ten minutes",
        (
            f"{LIBRARY}/test_media_views.py::test_an_address_with_any_byte_changed_and_anybody_elses_is_of_nothing",
            f"{LIBRARY}/test_bucket.py::test_the_proxy_in_front_is_given_an_address_that_is_signed_for_one_file",
            "tests/studio/accounts/test_links.py",
        ),
    ),
    "A5": Statement("hostile ranges are answered, never with a 500", (f"{LIBRARY}/test_ranges.py",)),
    "A6": Statement(
        "the server fetches no address", ("tests/studio/test_contracts.py::test_the_server_has_nothing_to_fetch_with",)
    ),
    "A7": Statement(
        "an unsafe environment stops the start, and Django's list for deployment finds nothing",
        ("tests/studio/test_env.py", "tests/studio/test_production.py"),
    ),
    "A8": Statement(
        "nothing is changed by GET or without a token",
        (
            "tests/studio/test_methods.py",
            "tests/studio/launch/test_web.py::test_headers_that_two_programs_would_read_in_two_ways_are_refused",
            "tests/studio/api/test_auth.py",
            "tests/studio/accounts/test_sign_in.py",
            "tests/studio/api/test_access.py::test_reading_changes_nothing_and_the_owner_may_read",
        ),
    ),
    "O1": Statement(
        "old and new code work side by side while a migration runs",
        (
            "tests/faults/test_deploy.py",
            "tests/studio/test_migrations.py",
            "tests/studio/runs/test_kept.py::test_a_deploy_that_brings_other_weights_does_not_end_a_run_under_way",
        ),
    ),
    "W1": Statement("weights with one bit changed are refused with both sums", ("tests/tracking/test_manifest.py",)),
    "W2": Statement("a pickle runs nothing", ("tests/tracking/test_convert.py", "tests/tracking/test_checkpoint.py")),
    "W3": Statement(
        "nothing from outside is unpickled", ("tests/studio/test_contracts.py::test_nothing_in_the_studio_unpickles",)
    ),
}
